import { createRouter, createWebHistory } from 'vue-router'

declare module 'vue-router' {
  interface RouteMeta {
    /** The key of the page's title; its parameters are the route's. */
    title: string
  }
}

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    {
      path: '/',
      name: 'overview',
      component: () => import('./views/OverviewView.vue'),
      meta: { title: 'title.overview' }
    },
    {
      path: '/deployments',
      name: 'history',
      component: () => import('./views/HistoryView.vue'),
      meta: { title: 'title.history' }
    },
    {
      path: '/deployments/:id(\\d+)',
      name: 'deployment',
      component: () => import('./views/DeploymentView.vue'),
      meta: { title: 'title.deployment' }
    },
    {
      path: '/:path(.*)*',
      name: 'not-found',
      component: () => import('./views/NotFoundView.vue'),
      meta: { title: 'title.notFound' }
    }
  ],
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 }
})
